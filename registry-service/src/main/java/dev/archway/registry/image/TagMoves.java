package dev.archway.registry.image;

import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Repository;
import dev.archway.registry.oci.Manifest;
import dev.archway.registry.oci.OciException;
import dev.archway.registry.oci.RegistryClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tags on their way to an index, and what they named before. For one thread. */
final class TagMoves {
  private final RegistryClient client;
  private final Repository repository;
  private final Digest index;
  private final Map<String, Manifest> before;
  private final List<String> begun = new ArrayList<>();

  private TagMoves(
      RegistryClient client, Repository repository, Digest index, Map<String, Manifest> before) {
    this.client = client;
    this.repository = repository;
    this.index = index;
    this.before = before;
  }

  /** Remembers what the tags name now; a registry that cannot tell stops it before any moves. */
  static TagMoves before(
      RegistryClient client, Repository repository, List<String> tags, Digest index) {
    Map<String, Manifest> before = new HashMap<>();
    for (String tag : tags) {
      Manifest there = read(client, repository, tag);
      if (there != null) {
        before.put(tag, there);
      }
    }
    return new TagMoves(client, repository, index, before);
  }

  /** The tag may name the index from now on, even where the registry's answer says otherwise. */
  void begin(String tag) {
    begun.add(tag);
  }

  /**
   * Moves back the tags that name the index and named something else before, the last one first.
   *
   * @return what became of them, to go after the reason of the failure
   */
  String undo() {
    List<String> told = new ArrayList<>();
    for (String tag : begun.reversed()) {
      try {
        String became = undo(tag);
        if (became != null) {
          told.add(became);
        }
      } catch (OciException e) {
        told.add("tag %s may still name the new index: %s".formatted(tag, e.getMessage()));
      }
    }
    return told.isEmpty() ? "; no tag was moved" : "; " + String.join("; ", told);
  }

  private @Nullable String undo(String tag) {
    Manifest now = read(client, repository, tag);
    Manifest earlier = before.get(tag);
    boolean moved = now != null && now.digest().equals(index);
    if (!moved || (earlier != null && earlier.digest().equals(index))) {
      // Not moved, or by now somebody else's: theirs is not ours to take away.
      return null;
    }
    if (earlier == null) {
      // Many registries delete a tag only together with the manifest and all its other tags.
      return "tag %s was new and names the new index; delete it if it must not".formatted(tag);
    }
    client.putManifest(repository, tag, earlier.mediaType(), earlier.bytes());
    return "tag %s was moved back to %s".formatted(tag, earlier.digest());
  }

  private static @Nullable Manifest read(RegistryClient client, Repository repository, String tag) {
    try {
      return client.manifest(repository, tag);
    } catch (OciException e) {
      if (e.kind() == OciException.Kind.NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }
}
