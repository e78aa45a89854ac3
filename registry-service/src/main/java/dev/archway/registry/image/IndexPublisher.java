package dev.archway.registry.image;

import dev.archway.contract.api.ImageRecord;
import dev.archway.contract.command.PublishIndex;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.image.Repository;
import dev.archway.registry.index.AssembledIndex;
import dev.archway.registry.index.IndexAssembler;
import dev.archway.registry.oci.Manifest;
import dev.archway.registry.oci.OciException;
import dev.archway.registry.oci.RegistryClient;
import dev.archway.registry.store.EarlierTags;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts an index at a registry: by digest first, so that everything it needs is known to be there,
 * then under its tags, each of which is read back. When one tag fails, the tags before it are moved
 * back to what they named, so that no reader meets half a release for longer than needed.
 * Thread-safe.
 */
public final class IndexPublisher {
  private final RegistryAccess access;
  private final EarlierTags earlier;

  /** Publishes at the registries that this access opens, and keeps there what tags named before. */
  public IndexPublisher(RegistryAccess access, EarlierTags earlier) {
    this.access = access;
    this.earlier = earlier;
  }

  /**
   * One record per tag. May be repeated: the same parts give the same index.
   *
   * @param at the time of the records
   * @throws RejectedException when it is not published; its message tells which tags were moved
   *     back and which were not, and why
   */
  public List<ImageRecord> publish(PublishIndex command, Instant at) {
    return RejectedException.translating(
        FailureReason.INDEX_INCOMPLETE, FailureReason.PUSH_FAILED, () -> records(command, at));
  }

  private List<ImageRecord> records(PublishIndex command, Instant at) {
    RegistryClient client = access.open(command.registry());
    Repository repository = command.repository();
    List<IndexAssembler.Part> parts = new ArrayList<>();
    for (PublishIndex.Part part : command.parts()) {
      ImageAtRegistry found = ImageAtRegistry.read(client, repository, part.digest());
      parts.add(new IndexAssembler.Part(part.tag(), part.platform(), found.entries()));
    }
    AssembledIndex index = IndexAssembler.assemble(parts);
    client.putManifest(repository, index.digest().value(), Manifest.INDEX, index.bytes());
    List<String> tags = command.tags().stream().distinct().toList();
    TagMoves moves = TagMoves.before(client, command, tags, index.digest(), earlier);
    for (String tag : tags) {
      try {
        client.putManifest(repository, tag, Manifest.INDEX, index.bytes());
        checkReadBack(client, repository, tag, index);
      } catch (OciException e) {
        throw stopped(e, moves.undo());
      } catch (RejectedException e) {
        Failure failure = e.failure();
        throw new RejectedException(
            Failure.of(failure.reason(), failure.message() + moves.undo()), e);
      }
    }
    return tags.stream().map(tag -> entry(command, index, tag, at)).toList();
  }

  private static void checkReadBack(
      RegistryClient client, Repository repository, String tag, AssembledIndex index) {
    Manifest there = client.manifest(repository, tag);
    if (!there.digest().equals(index.digest())) {
      throw new RejectedException(
          Failure.of(
              FailureReason.REGISTRY_MISMATCH,
              "cannot confirm %s: after it was pushed the registry has %s there (expected: %s); something else pushes this tag"
                  .formatted(repository.tagged(tag), there.digest(), index.digest())));
    }
  }

  private static RejectedException stopped(OciException e, String undone) {
    String message = e.getMessage() + undone;
    Failure failure =
        e.kind() == OciException.Kind.UNAVAILABLE
            ? Failure.retryable(FailureReason.PUSH_FAILED, message)
            : Failure.of(FailureReason.PUSH_FAILED, message);
    return new RejectedException(failure, e);
  }

  private static ImageRecord entry(
      PublishIndex command, AssembledIndex index, String tag, Instant at) {
    return new ImageRecord(
        command.repository(),
        tag,
        index.digest(),
        Manifest.INDEX,
        index.bytes().length,
        null,
        index.parts(),
        command.missing(),
        command.execution(),
        null,
        null,
        null,
        false,
        null,
        at);
  }
}
