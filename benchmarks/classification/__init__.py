"""How good classification is: the product's engine under the benchmark that measured its peers."""
