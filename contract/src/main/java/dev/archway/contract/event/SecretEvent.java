package dev.archway.contract.event;

import dev.archway.contract.connector.Scope;
import dev.archway.contract.connector.SealedSecret;

/** What became of a secret of the store. The last one of a key counts; earlier ones go. */
public sealed interface SecretEvent {
  Scope scope();

  String identifier();

  /** The record's key: one a secret. */
  default String key() {
    return key(scope(), identifier());
  }

  /** The key of a secret's records. */
  static String key(Scope scope, String identifier) {
    return scope + ":" + identifier;
  }

  /** It has this value now. */
  record SecretStored(Scope scope, String identifier, SealedSecret sealed) implements SecretEvent {}

  /** It is gone. */
  record SecretRemoved(Scope scope, String identifier) implements SecretEvent {}
}
