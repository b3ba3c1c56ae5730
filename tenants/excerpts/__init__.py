"""Free text on its way to being shown: names taken out, themes suggested, coders compared."""
