-- In which language a guest is told what becomes of their order: that of the page it was made on.
ALTER TABLE orders.checkouts
    ADD COLUMN lang text NOT NULL DEFAULT 'id' CHECK (lang IN ('id', 'en'));
