"""The book as a product: notebooks executed by papermill, pages rendered by Jupyter Book."""
