package dev.archway.gateway.access;

import java.util.Optional;

/** Tells which project an execution belongs to; it never moves to another. Thread-safe. */
@FunctionalInterface
public interface ExecutionScopes {
  /**
   * The execution's project; empty when there is no such execution.
   *
   * @throws org.springframework.web.client.RestClientException when that cannot be told now
   */
  Optional<Scope> of(String executionId);
}
