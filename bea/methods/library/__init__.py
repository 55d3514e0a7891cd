"""The library of methods: a `@register`ed method is found without being named anywhere else."""
