def phrase(asked, quotes, *, among):
    return ""
