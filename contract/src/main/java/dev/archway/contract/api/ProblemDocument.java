package dev.archway.contract.api;

import dev.archway.contract.failure.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An error's body: a problem document (RFC 9457), media type {@code application/problem+json}.
 *
 * @param problems all findings, for status 422; empty otherwise
 */
public record ProblemDocument(
    @Nullable String type,
    String title,
    int status,
    @Nullable String detail,
    List<Problem> problems) {}
