package dev.archway.connector;

import dev.archway.contract.connector.Scope;
import dev.archway.contract.connector.SealedSecret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The keys that stored secrets are encrypted with: AES-256-GCM (NIST SP 800-38D), a random nonce
 * for each value, and as associated data the place and name of the secret, so that a value which
 * somebody moves to another row or record does not open there.
 *
 * <p>Keys come from the environment variable {@code ARCHWAY_ENCRYPTION_KEYS}, else from a file: 32
 * random bytes each in base64, one a line. The first encrypts, all decrypt; a key's name is derived
 * from it. The file is read at each use, so that keys change without a restart. Thread-safe.
 */
public final class SecretKeys {
  /**
   * Where keys stand in the environment. It does not begin like the variables that hold secrets,
   * {@code ARCHWAY_SECRET_}: a pipeline could name it as one.
   */
  public static final String VARIABLE = "ARCHWAY_ENCRYPTION_KEYS";

  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final @Nullable Path file;
  private final @Nullable String given;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param file null or blank for none
   * @param environment usually {@code System.getenv()}
   */
  public SecretKeys(@Nullable Path file, Map<String, String> environment) {
    this.file = file == null || file.toString().isBlank() ? null : file;
    String keys = environment.getOrDefault(VARIABLE, "");
    this.given = keys.isBlank() ? null : keys;
  }

  /** No keys at all: nothing opens. */
  public static SecretKeys none() {
    return new SecretKeys(null, Map.of());
  }

  /**
   * The name of the key that encrypts now.
   *
   * @throws SecretUnavailableException when there is none
   */
  public String current() {
    return first().getKey();
  }

  /**
   * Encrypts a value for this place with the first key.
   *
   * @throws SecretUnavailableException when there is no key
   */
  public SealedSecret seal(Scope scope, String identifier, String value) {
    Map.Entry<String, SecretKeySpec> key = first();
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      Cipher cipher =
          cipher(
              Cipher.ENCRYPT_MODE, key.getValue(), nonce, place(key.getKey(), scope, identifier));
      byte[] encrypted = cipher.doFinal(value.getBytes(StandardCharsets.UTF_8));
      byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + encrypted.length);
      System.arraycopy(encrypted, 0, sealed, NONCE_BYTES, encrypted.length);
      return new SealedSecret(key.getKey(), Base64.getEncoder().encodeToString(sealed));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no AES-GCM", e);
    }
  }

  /**
   * The value again.
   *
   * @throws SecretUnavailableException when its key is not here, or it was not sealed for this
   *     place
   */
  public String open(Scope scope, String identifier, SealedSecret sealed) {
    SecretKeySpec key = all().get(sealed.key());
    if (key == null) {
      throw new SecretUnavailableException(
          "cannot open secret \"%s\" of %s: key %s is not here (expected: it in %s)"
              .formatted(identifier, scope.words(), sealed.key(), source()));
    }
    try {
      byte[] bytes = Base64.getDecoder().decode(sealed.text());
      if (bytes.length > NONCE_BYTES) {
        Cipher cipher =
            cipher(
                Cipher.DECRYPT_MODE,
                key,
                Arrays.copyOf(bytes, NONCE_BYTES),
                place(sealed.key(), scope, identifier));
        return new String(
            cipher.doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES), StandardCharsets.UTF_8);
      }
    } catch (AEADBadTagException | IllegalArgumentException e) {
      // Told below: what is wrong with it must not be told apart.
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no AES-GCM", e);
    }
    throw new SecretUnavailableException(
        "cannot open secret \"%s\" of %s: what is stored was changed, or was stored for another secret; store it again"
            .formatted(identifier, scope.words()));
  }

  private static Cipher cipher(int mode, SecretKeySpec key, byte[] nonce, byte[] place)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(place);
    return cipher;
  }

  /** No identifier holds a line break, so that no two places read alike. */
  private static byte[] place(String key, Scope scope, String identifier) {
    return String.join("\n", "archway.secret.v1", key, scope.org(), scope.project(), identifier)
        .getBytes(StandardCharsets.UTF_8);
  }

  private Map.Entry<String, SecretKeySpec> first() {
    return all().entrySet().stream()
        .findFirst()
        .orElseThrow(() ->
            new SecretUnavailableException(
                "there is no key for stored secrets (expected: one in %s)".formatted(source())));
  }

  private Map<String, SecretKeySpec> all() {
    Map<String, SecretKeySpec> keys = new LinkedHashMap<>();
    for (String line : text().split("[\\s,]+", -1)) {
      if (!line.isEmpty()) {
        byte[] key = decode(line);
        keys.putIfAbsent(name(key), new SecretKeySpec(key, "AES"));
      }
    }
    return keys;
  }

  private String text() {
    if (given != null) {
      return given;
    }
    if (file == null) {
      return "";
    }
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new SecretUnavailableException(
          "cannot read the keys of stored secrets: %s (expected: a readable file of keys)"
              .formatted(e));
    }
  }

  private byte[] decode(String line) {
    try {
      byte[] key = Base64.getUrlDecoder().decode(line.replace('+', '-').replace('/', '_'));
      if (key.length == KEY_BYTES) {
        return key;
      }
    } catch (IllegalArgumentException e) {
      // Told below, without the key.
    }
    throw new SecretUnavailableException(
        "cannot use a key of %s (expected: 32 random bytes in base64, such as openssl rand -base64 32 makes)"
            .formatted(source()));
  }

  private static String name(byte[] key) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update("archway key name\n".getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sha.digest(key), 0, 4);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  private String source() {
    return given != null || file == null ? "environment variable " + VARIABLE : "file " + file;
  }
}
