package dev.archway.registry.oci;

import dev.archway.contract.image.Digest;

/**
 * A manifest or index as a registry gave it.
 *
 * @param mediaType as the document, or else the registry, says
 * @param digest of exactly these bytes
 */
public record Manifest(String mediaType, Digest digest, byte[] bytes) {
  /** Media type of an OCI image index. */
  public static final String INDEX = "application/vnd.oci.image.index.v1+json";

  /** Media type of an OCI image manifest. */
  public static final String IMAGE = "application/vnd.oci.image.manifest.v1+json";

  /** Docker's older name for an index. */
  public static final String DOCKER_LIST =
      "application/vnd.docker.distribution.manifest.list.v2+json";

  /** Docker's older name for an image manifest. */
  public static final String DOCKER_IMAGE = "application/vnd.docker.distribution.manifest.v2+json";

  static final String ACCEPT = String.join(", ", IMAGE, INDEX, DOCKER_IMAGE, DOCKER_LIST);

  /** True for an index, whatever its dialect. */
  public boolean isIndex() {
    return mediaType.equals(INDEX) || mediaType.equals(DOCKER_LIST);
  }
}
