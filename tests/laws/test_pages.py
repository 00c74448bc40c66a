"""Every address says who may call it, in the one table; pages stand behind the guard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jinja2 import nodes

from konter.web.page.assets import get_asset
from konter.web.page.guard import guarded
from konter.web.page.permits import who_of
from konter.web.page.render import environment
from konter.web.pages import routes
from tools.permissions import NOBODY, entries


def test_every_address_has_an_entry_in_the_table() -> None:
    assert [(one.method, one.path) for one in entries() if one.who is NOBODY] == []


def test_every_page_stands_behind_the_guard() -> None:
    router = routes()[-1]
    pages = {handler.fn for handler in getattr(router, "route_handlers", ())}
    for one in entries():
        if one.handler.fn in pages and one.handler.fn is not get_asset.fn:
            assert one.handler.resolve_before_request() is guarded, one.path
            assert who_of(one.handler.opt) is not None


TEMPLATES = Path("src/konter/web/templates")


def test_templates_use_only_macros_that_there_are() -> None:
    """A missing one shows itself when the page has something to show, to whoever looks then."""
    trees = {
        str(path.relative_to(TEMPLATES)): environment("id").parse(path.read_text())
        for path in sorted(TEMPLATES.rglob("*.html"))
    }
    macros = {
        name: {macro.name for macro in tree.find_all(nodes.Macro)} for name, tree in trees.items()
    }
    used = [(name, *use) for name, tree in trees.items() for use in _macros_used(tree)]
    assert len(used) > 100
    assert [(at, of, name) for at, of, name in used if name not in macros[of]] == []


def _macros_used(tree: nodes.Template) -> Iterator[tuple[str, str]]:
    """Each with the template that it comes from."""
    modules = {}
    for whole in tree.find_all(nodes.Import):
        assert isinstance(whole.template, nodes.Const)
        modules[whole.target] = whole.template.value
    for some in tree.find_all(nodes.FromImport):
        assert isinstance(some.template, nodes.Const)
        for name in some.names:
            yield some.template.value, name if isinstance(name, str) else name[0]
    for use in tree.find_all(nodes.Getattr):
        if isinstance(use.node, nodes.Name) and use.node.name in modules:
            yield modules[use.node.name], use.attr
