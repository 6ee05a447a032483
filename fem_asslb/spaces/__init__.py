"""Function spaces that are continuous inside regions and may jump between them."""
