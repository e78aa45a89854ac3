package dev.archway.registry.index;

import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Platform;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One manifest of an index, as in the OCI image index specification, property {@code manifests}.
 *
 * @param mediaType of the manifest
 * @param size bytes of the manifest
 * @param architecture in Go's words
 * @param os in Go's words
 * @param variant null when the architecture has none
 * @param annotations kept as they are; empty when there are none
 */
public record IndexEntry(
    String mediaType,
    Digest digest,
    long size,
    String architecture,
    String os,
    @Nullable String variant,
    Map<String, String> annotations) {
  public IndexEntry {
    annotations = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(annotations));
  }

  /**
   * True for a document about an image, such as a provenance attestation, which carries the
   * platform unknown/unknown (BuildKit, "Image attestation storage").
   */
  public boolean isAttestation() {
    return os.equals("unknown") && architecture.equals("unknown");
  }

  /** The platform as a value. */
  public Platform platform() {
    return new Platform(os, architecture, variant);
  }

  /** True when an image of this entry's platform is what was asked for. */
  public boolean runsAs(Platform expected) {
    Platform actual = platform();
    return actual.os().equals(expected.os())
        && actual.architecture().equals(expected.architecture())
        && (expected.variant() == null || expected.variant().equals(actual.variant()));
  }
}
