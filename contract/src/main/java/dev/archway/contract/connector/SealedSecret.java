package dev.archway.contract.connector;

/**
 * A secret's value, encrypted. Only who holds the key of that name reads it.
 *
 * @param key the key's name, which says nothing about the key
 * @param text nonce, ciphertext and tag in base64
 */
public record SealedSecret(String key, String text) {}
