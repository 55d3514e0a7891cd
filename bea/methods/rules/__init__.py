"""Rules of a user's own: a text or a plain function becomes a method.

`from_text` reads assignments (`text`), `from_function` takes a function of theta, its gradient and
its memory; `checks` say what such a rule may not do.
"""
