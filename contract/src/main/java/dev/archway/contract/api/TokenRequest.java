package dev.archway.contract.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /tokens}.
 *
 * @param name for people: who or what will use it
 * @param role {@code viewer}, {@code runner} or {@code admin}
 * @param org the organisation where the role counts; null for the whole account
 * @param project the project of it; null for the whole organisation
 * @param expiresAt null for ninety days from now
 */
public record TokenRequest(
    String name,
    String role,
    @Nullable String org,
    @Nullable String project,
    @Nullable Instant expiresAt) {}
