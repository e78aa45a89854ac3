package dev.archway.registry.index;

import dev.archway.contract.api.ImageRecord;
import dev.archway.contract.image.Digest;
import java.util.List;

/**
 * An index, ready to be pushed.
 *
 * @param digest of exactly these bytes
 * @param parts the images it joins, without attestations
 */
public record AssembledIndex(byte[] bytes, Digest digest, List<ImageRecord.Part> parts) {}
