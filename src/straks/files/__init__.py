"""Files that several parts write alike: whole or not at all, and databases that say whose they are."""
