package dev.archway.contract.api;

import dev.archway.contract.event.GitEvent;

/**
 * What the gateway needs to check the calls of a trigger's webhook; between services only.
 *
 * @param secret what the calls are signed with
 */
public record WebhookKey(GitEvent.Provider provider, String secret) {
  @Override
  public String toString() {
    return "WebhookKey[" + provider + "]";
  }
}
