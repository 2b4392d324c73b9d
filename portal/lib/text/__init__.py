"""How texts are understood: vectors, categories, moods and themes. No tables, no request."""
