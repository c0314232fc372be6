"""The lab: real root file systems of many distributions, libcs and architectures, and elfin's jobs run in each.

A tool for elfin's developers, not part of what is shipped: the standard library and elfin's own source. See README.md.
"""
