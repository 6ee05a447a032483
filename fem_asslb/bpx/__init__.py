"""Parameter files of the Battery Parameter eXchange (BPX): what they hold of a cell, and what they lack of it."""
