"""What a run leaves behind: history, fields, record and checkpoint. See docs/output.md."""
