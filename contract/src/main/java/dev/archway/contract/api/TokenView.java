package dev.archway.contract.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An API token without its secret.
 *
 * @param org null when the role counts in the whole account
 * @param project null when it counts in the whole organisation
 * @param createdBy the caller who made it
 * @param revokedAt null when nobody has revoked it
 * @param lastUsedAt to the minute; null when it was never used
 */
public record TokenView(
    String id,
    String name,
    String role,
    @Nullable String org,
    @Nullable String project,
    String createdBy,
    Instant createdAt,
    Instant expiresAt,
    @Nullable Instant revokedAt,
    @Nullable Instant lastUsedAt) {}
