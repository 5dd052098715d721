"""Map pages that ask no outside host for anything."""
