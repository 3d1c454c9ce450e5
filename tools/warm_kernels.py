"""Compile the kernels that are not in the cache yet, so that tests do not do it many times side by side."""

from bokgi.services.warm import warm_kernels

if __name__ == "__main__":
    warm_kernels()
