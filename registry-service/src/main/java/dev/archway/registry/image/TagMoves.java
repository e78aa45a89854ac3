package dev.archway.registry.image;

import dev.archway.contract.command.PublishIndex;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Repository;
import dev.archway.registry.oci.Manifest;
import dev.archway.registry.oci.OciException;
import dev.archway.registry.oci.RegistryClient;
import dev.archway.registry.store.EarlierTags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tags on their way to an index, and what they named before, which outlives this process: when it
 * dies between two tags, whoever is given the command again moves back what this one moved.
 *
 * <p>A registry has no compare-and-set (OCI distribution spec 1.1, pushing manifests). What
 * somebody else pushes to a tag in the moment between the look at it and its move back is
 * overwritten. For one thread.
 */
final class TagMoves {
  private final RegistryClient client;
  private final Repository repository;
  private final Digest index;
  private final List<String> tags;
  private final Map<String, Optional<Digest>> before;

  private TagMoves(
      RegistryClient client,
      Repository repository,
      Digest index,
      List<String> tags,
      Map<String, Optional<Digest>> before) {
    this.client = client;
    this.repository = repository;
    this.index = index;
    this.tags = tags;
    this.before = before;
  }

  /**
   * Remembers what the tags name, unless a predecessor has; a registry that cannot tell stops it
   * before any moves.
   */
  static TagMoves before(
      RegistryClient client,
      PublishIndex command,
      List<String> tags,
      Digest index,
      EarlierTags kept) {
    Repository repository = command.repository();
    Map<String, Optional<Digest>> before = kept.of(command.execution(), command.index());
    if (before.isEmpty()) {
      Map<String, Optional<Digest>> now = new HashMap<>();
      for (String tag : tags) {
        now.put(tag, Optional.ofNullable(read(client, repository, tag)).map(Manifest::digest));
      }
      before = kept.keep(command.execution(), command.index(), now);
    }
    return new TagMoves(client, repository, index, tags, before);
  }

  /**
   * Moves back the tags that name the index and named something else before, the last one first.
   *
   * @return what became of them, to go after the reason of the failure
   */
  String undo() {
    List<String> told = new ArrayList<>();
    for (String tag : tags.reversed()) {
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
    Digest earlier = before.getOrDefault(tag, Optional.empty()).orElse(null);
    boolean moved = now != null && now.digest().equals(index);
    if (!moved || index.equals(earlier)) {
      // Not moved, or by now somebody else's: theirs is not ours to take away.
      return null;
    }
    if (earlier == null) {
      // Many registries delete a tag only together with the manifest and all its other tags.
      return "tag %s was new and names the new index; delete it if it must not".formatted(tag);
    }
    Manifest there = client.manifest(repository, earlier.value());
    client.putManifest(repository, tag, there.mediaType(), there.bytes());
    return "tag %s was moved back to %s".formatted(tag, earlier);
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
