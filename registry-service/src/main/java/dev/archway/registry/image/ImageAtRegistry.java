package dev.archway.registry.image;

import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Repository;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.registry.index.IndexEntry;
import dev.archway.registry.oci.Manifest;
import dev.archway.registry.oci.RegistryClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What a registry really holds under a digest.
 *
 * @param mediaType of the manifest or index under that digest
 * @param size bytes of all manifests, configs and layers below it
 * @param entries one per image; the images of nested indexes in their order, with their
 *     attestations
 */
record ImageAtRegistry(String mediaType, long size, List<IndexEntry> entries) {
  private static final int DEPTH = 3;

  /**
   * Reads manifests and configs, and takes platforms from the configs, not from what an index
   * claims.
   *
   * @throws UnusableImageException when it is not an image that can be understood
   * @throws dev.archway.registry.oci.OciException when the registry does not give it
   */
  static ImageAtRegistry read(RegistryClient client, Repository repository, Digest digest) {
    List<IndexEntry> entries = new ArrayList<>();
    Manifest manifest = client.manifest(repository, digest.value());
    long size = collect(client, repository, manifest, Map.of(), entries, DEPTH);
    return new ImageAtRegistry(manifest.mediaType(), size, List.copyOf(entries));
  }

  private static long collect(
      RegistryClient client,
      Repository repository,
      Manifest manifest,
      Map<String, String> annotations,
      List<IndexEntry> entries,
      int depth) {
    JsonNode document = json(manifest.bytes(), repository, manifest.digest());
    if (!manifest.isIndex()) {
      return image(client, repository, manifest, document, annotations, entries);
    }
    if (depth == 0) {
      throw new UnusableImageException(
          "cannot use %s: its indexes are nested more than %d deep"
              .formatted(repository.pinned(manifest.digest()), DEPTH));
    }
    long size = manifest.bytes().length;
    for (JsonNode child : document.path("manifests")) {
      Digest digest = digest(child, repository, manifest);
      Manifest inner = client.manifest(repository, digest.value());
      if (child.path("platform").path("os").asString("").equals("unknown")) {
        size += attestation(inner, child, entries);
      } else {
        size += collect(client, repository, inner, annotations(child), entries, depth - 1);
      }
    }
    return size;
  }

  private static long attestation(Manifest manifest, JsonNode child, List<IndexEntry> entries) {
    entries.add(
        new IndexEntry(
            manifest.mediaType(),
            manifest.digest(),
            manifest.bytes().length,
            "unknown",
            "unknown",
            null,
            annotations(child)));
    return manifest.bytes().length;
  }

  private static long image(
      RegistryClient client,
      Repository repository,
      Manifest manifest,
      JsonNode document,
      Map<String, String> annotations,
      List<IndexEntry> entries) {
    JsonNode configDescriptor = document.path("config");
    Digest configDigest = digest(configDescriptor, repository, manifest);
    JsonNode config = json(client.blob(repository, configDigest), repository, configDigest);
    String os = config.path("os").asString("");
    String architecture = config.path("architecture").asString("");
    String variant = config.path("variant").asString("");
    if (os.isEmpty() || architecture.isEmpty()) {
      throw new UnusableImageException(
          "cannot use %s: its config names no platform (expected: os and architecture)"
              .formatted(repository.pinned(manifest.digest())));
    }
    entries.add(
        new IndexEntry(
            manifest.mediaType(),
            manifest.digest(),
            manifest.bytes().length,
            architecture,
            os,
            variant.isEmpty() ? null : variant,
            annotations));
    long size = manifest.bytes().length + configDescriptor.path("size").asLong(0);
    for (JsonNode layer : document.path("layers")) {
      size += layer.path("size").asLong(0);
    }
    return size;
  }

  private static Digest digest(JsonNode descriptor, Repository repository, Manifest manifest) {
    try {
      return Digest.of(descriptor.path("digest").asString(""));
    } catch (IllegalArgumentException e) {
      throw new UnusableImageException(
          "cannot use %s: %s".formatted(repository.pinned(manifest.digest()), e.getMessage()), e);
    }
  }

  private static Map<String, String> annotations(JsonNode descriptor) {
    Map<String, String> annotations = new LinkedHashMap<>();
    descriptor
        .path("annotations")
        .properties()
        .forEach(entry -> annotations.put(entry.getKey(), entry.getValue().asString("")));
    return annotations;
  }

  private static JsonNode json(byte[] bytes, Repository repository, Digest digest) {
    try {
      return ContractMapper.json().readTree(bytes);
    } catch (JacksonException e) {
      throw new UnusableImageException(
          "cannot use %s: it is not JSON".formatted(repository.pinned(digest)), e);
    }
  }
}
