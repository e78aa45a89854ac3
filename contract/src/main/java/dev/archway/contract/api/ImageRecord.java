package dev.archway.contract.api;

import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Platform;
import dev.archway.contract.image.Repository;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One tag as it was pushed once: an image of one platform, or an image index.
 *
 * @param mediaType tells an image from an index (OCI image specification, "Media Types")
 * @param size bytes of the manifest, its config and its layers; of the index document alone for an
 *     index
 * @param platform null for an index
 * @param parts what an index joins; empty for an image
 * @param missing tags of parts that an index lacks
 * @param stage null for an index
 * @param step null for an index
 * @param commit null when nothing was cloned
 * @param emulated true when it was built under emulation
 * @param movedTo what the tag named when the image was verified, if that was something else by
 *     then; null when it named this image
 */
public record ImageRecord(
    Repository repository,
    String tag,
    Digest digest,
    String mediaType,
    long size,
    @Nullable Platform platform,
    List<Part> parts,
    List<String> missing,
    ExecutionId execution,
    @Nullable String stage,
    @Nullable String step,
    @Nullable String commit,
    boolean emulated,
    @Nullable Digest movedTo,
    Instant recordedAt) {

  /** One image of an index. */
  public record Part(Platform platform, Digest digest) {}
}
