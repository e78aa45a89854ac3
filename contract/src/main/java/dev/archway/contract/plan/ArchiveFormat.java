package dev.archway.contract.plan;

/** How a cache is packed (Harness page "Save and restore cache from S3", "Archive format"). */
public enum ArchiveFormat {
  TAR,
  GZIP,
  ZSTD
}
