"""The library of methods: a file with a `@register`ed method is found without being named anywhere."""
