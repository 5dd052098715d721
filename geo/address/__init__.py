"""From the text of an address to the places that it can mean."""
