"""The public status page: what is read, how it is told as JSON and as HTML, and how it is published as files."""
