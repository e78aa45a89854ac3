package dev.archway.registry.index;

import dev.archway.contract.api.ImageRecord;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Platform;
import dev.archway.contract.wire.ContractMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Joins the images of several platforms into the bytes of one OCI image index (image specification
 * 1.1, "OCI Image Index Specification"). The same parts in the same order always give the same
 * bytes, which are those that buildah writes, so both give the same digest.
 */
public final class IndexAssembler {
  private IndexAssembler() {}

  /**
   * One part of the index to be.
   *
   * @param tag what users know it by
   * @param expected the platform it was announced to be of
   * @param entries what it really holds: one image, or several when it is an index itself, and the
   *     attestations beside them
   */
  public record Part(String tag, Platform expected, List<IndexEntry> entries) {}

  /**
   * Joins the parts in their order.
   *
   * @throws IndexRefusedException when a part is not of its platform, or two are of the same
   */
  public static AssembledIndex assemble(List<Part> parts) {
    List<IndexEntry> manifests = new ArrayList<>();
    Map<Platform, String> taken = new LinkedHashMap<>();
    Set<Digest> seen = new java.util.HashSet<>();
    for (Part part : parts) {
      checkPlatform(part);
      for (IndexEntry entry : part.entries()) {
        if (!entry.isAttestation()) {
          String other = taken.putIfAbsent(entry.platform(), part.tag());
          if (other != null) {
            throw new IndexRefusedException(
                "cannot join %s and %s in one index: both are of platform %s (expected: one image per platform); leave one out"
                    .formatted(other, part.tag(), entry.platform()));
          }
        }
        if (seen.add(entry.digest())) {
          manifests.add(entry);
        }
      }
    }
    if (taken.isEmpty()) {
      throw new IndexRefusedException("cannot make an index of no images (expected: at least one)");
    }
    byte[] bytes = ContractMapper.json().writeValueAsBytes(document(manifests));
    return new AssembledIndex(
        bytes,
        Digest.sha256(bytes),
        manifests.stream()
            .filter(entry -> !entry.isAttestation())
            .map(entry -> new ImageRecord.Part(entry.platform(), entry.digest()))
            .toList());
  }

  private static void checkPlatform(Part part) {
    boolean holds =
        part.entries().stream()
            .anyMatch(entry -> !entry.isAttestation() && entry.runsAs(part.expected()));
    if (!holds) {
      String actual =
          part.entries().stream()
              .filter(entry -> !entry.isAttestation())
              .map(entry -> entry.platform().toString())
              .collect(Collectors.toCollection(TreeSet::new))
              .toString();
      throw new IndexRefusedException(
          "cannot join %s in an index: it is of platform %s (expected: %s); check the base image of its build"
              .formatted(part.tag(), actual, part.expected()));
    }
  }

  private static Map<String, Object> document(List<IndexEntry> manifests) {
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("schemaVersion", 2);
    index.put("mediaType", "application/vnd.oci.image.index.v1+json");
    index.put("manifests", manifests.stream().map(IndexAssembler::descriptor).toList());
    return index;
  }

  private static Map<String, Object> descriptor(IndexEntry entry) {
    Map<String, Object> platform = new LinkedHashMap<>();
    platform.put("architecture", entry.architecture());
    platform.put("os", entry.os());
    if (entry.variant() != null) {
      platform.put("variant", entry.variant());
    } else if (entry.architecture().equals("arm64")) {
      // arm64 has this one variant; buildah and others write it even when the config does not.
      platform.put("variant", "v8");
    }
    Map<String, Object> descriptor = new LinkedHashMap<>();
    descriptor.put("mediaType", entry.mediaType());
    descriptor.put("digest", entry.digest().value());
    descriptor.put("size", entry.size());
    if (!entry.annotations().isEmpty()) {
      descriptor.put("annotations", entry.annotations());
    }
    descriptor.put("platform", platform);
    return descriptor;
  }
}
