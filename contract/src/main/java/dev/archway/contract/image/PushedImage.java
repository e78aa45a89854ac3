package dev.archway.contract.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One platform's image as an executor pushed it.
 *
 * @param repository where it was pushed
 * @param tags the tags that named it at that moment; at least one
 * @param digest the manifest's digest, as the builder computed it
 * @param platform the stage's platform
 * @param emulated true when the platform's instructions were emulated (QEMU) on the machine that
 *     built it
 * @param commit the commit it was built from; null when the stage had no clone
 */
public record PushedImage(
    Repository repository,
    List<String> tags,
    Digest digest,
    Platform platform,
    boolean emulated,
    @Nullable String commit) {
  public PushedImage {
    tags = List.copyOf(tags);
    if (tags.isEmpty()) {
      throw new IllegalArgumentException("tags: none (expected: at least one)");
    }
  }
}
