"""All that touches Spark: its environment, programs that run on it, its event logs. The only importer of pyspark."""
