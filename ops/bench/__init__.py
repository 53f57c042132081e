"""What `./dev bench FEATURE` measures: one module a feature, with `main(arguments) -> int`.

Each prints a line a figure (name, figure, budget, verdict) and ends with 1 where a budget is missed. The
budgets are those of the product's promises and are written where they are measured.
"""
