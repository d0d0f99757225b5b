"""A local Azure Machine Learning workspace. It knows nothing about its clients."""
