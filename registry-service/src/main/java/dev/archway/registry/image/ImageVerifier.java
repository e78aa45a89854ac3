package dev.archway.registry.image;

import dev.archway.contract.api.ImageRecord;
import dev.archway.contract.event.ImageEvent;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.PushedImage;
import dev.archway.registry.index.IndexEntry;
import dev.archway.registry.oci.RegistryClient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compares what an executor says it pushed with what the registry holds. Thread-safe. */
public final class ImageVerifier {
  private final RegistryAccess access;

  /** Verifies at the registries that this access opens. */
  public ImageVerifier(RegistryAccess access) {
    this.access = access;
  }

  /**
   * One record per tag.
   *
   * @param at the time of the records
   * @throws RejectedException when the registry does not hold what was pushed, or does not answer
   */
  public List<ImageRecord> verify(ImageEvent.ImagePushed pushed, Instant at) {
    return RejectedException.translating(
        FailureReason.REGISTRY_MISMATCH,
        FailureReason.REGISTRY_MISMATCH,
        () -> records(pushed, at));
  }

  private List<ImageRecord> records(ImageEvent.ImagePushed pushed, Instant at) {
    PushedImage image = pushed.image();
    RegistryClient client = access.open(pushed.registry());
    ImageAtRegistry found = ImageAtRegistry.read(client, image.repository(), image.digest());
    checkPlatform(image, found);
    List<ImageRecord> records = new ArrayList<>();
    for (String tag : image.tags().stream().distinct().toList()) {
      Optional<Digest> named = client.resolve(image.repository(), tag);
      if (named.isEmpty()) {
        throw new RejectedException(
            Failure.of(
                FailureReason.REGISTRY_MISMATCH,
                "cannot record %s: the registry has no such tag (expected: %s)"
                    .formatted(image.repository().tagged(tag), image.digest())));
      }
      @Nullable Digest movedTo = named.get().equals(image.digest()) ? null : named.get();
      records.add(
          new ImageRecord(
              image.repository(),
              tag,
              image.digest(),
              found.mediaType(),
              found.size(),
              image.platform(),
              List.of(),
              List.of(),
              pushed.execution(),
              pushed.key().stage(),
              pushed.step(),
              image.commit(),
              image.emulated(),
              movedTo,
              at));
    }
    return records;
  }

  private static void checkPlatform(PushedImage image, ImageAtRegistry found) {
    List<IndexEntry> images =
        found.entries().stream().filter(entry -> !entry.isAttestation()).toList();
    if (images.size() != 1 || !images.getFirst().runsAs(image.platform())) {
      throw new RejectedException(
          Failure.of(
              FailureReason.REGISTRY_MISMATCH,
              "cannot record %s: its config says platform %s (expected: %s); check the base image of its build"
                  .formatted(
                      image.repository().pinned(image.digest()),
                      images.stream().map(entry -> entry.platform().toString()).toList(),
                      image.platform())));
    }
  }
}
