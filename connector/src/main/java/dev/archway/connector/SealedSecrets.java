package dev.archway.connector;

import dev.archway.contract.connector.Scope;
import dev.archway.contract.connector.SealedSecret;
import dev.archway.contract.event.SecretEvent;
import dev.archway.contract.event.SecretEvent.SecretStored;
import java.util.Optional;
import java.util.function.Function;

/** The secrets that were stored over the API, still encrypted. Implementations are thread-safe. */
@FunctionalInterface
public interface SealedSecrets {
  /** None: only files and the environment are looked at. */
  SealedSecrets NONE = (_, _) -> Optional.empty();

  /** The secret as it is now; empty when there is none. */
  Optional<SealedSecret> find(Scope scope, String identifier);

  /**
   * Those that the records of topic {@code archway.secrets} tell.
   *
   * @param last the last record of a key
   */
  static SealedSecrets told(Function<String, Optional<Object>> last) {
    return (scope, identifier) ->
        last.apply(SecretEvent.key(scope, identifier))
            .filter(SecretStored.class::isInstance)
            .map(record -> ((SecretStored) record).sealed());
  }
}
