"""The library of problems: a function with `@register` is found without being named anywhere."""
