package dev.archway.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.archway.contract.connector.Scope;
import dev.archway.contract.connector.SealedSecret;
import dev.archway.contract.connector.SecretRef;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretKeysTest {
  private static final String OLD = key(1);
  private static final String NEW = key(2);
  private static final Scope SHOP = new Scope("acme", "shop");

  @TempDir Path directory;
  private SecretKeys keys = SecretKeys.none();

  @BeforeEach
  void aKey() throws Exception {
    Files.writeString(directory.resolve("keys"), OLD + "\n");
    keys = new SecretKeys(directory.resolve("keys"), Map.of());
  }

  private static String key(int fill) {
    byte[] bytes = new byte[32];
    java.util.Arrays.fill(bytes, (byte) fill);
    return Base64.getEncoder().encodeToString(bytes);
  }

  @Test
  void aValueComesBackAndIsNeverSealedAlikeTwice() {
    SealedSecret sealed = keys.seal(SHOP, "npm", "päss\nword");
    assertThat(keys.open(SHOP, "npm", sealed)).isEqualTo("päss\nword");
    assertThat(keys.seal(SHOP, "npm", "päss\nword").text()).isNotEqualTo(sealed.text());
    assertThat(new String(Base64.getDecoder().decode(sealed.text()), StandardCharsets.ISO_8859_1))
        .doesNotContain("word");
  }

  @Test
  void aValueThatWasMovedOrChangedDoesNotOpen() {
    SealedSecret sealed = keys.seal(SHOP, "npm", "value");
    assertRefused(SHOP, "door", sealed);
    assertRefused(new Scope("acme", "other"), "npm", sealed);
    assertRefused(Scope.ACCOUNT, "npm", sealed);
    byte[] bytes = Base64.getDecoder().decode(sealed.text());
    bytes[bytes.length - 1] ^= 1;
    assertRefused(
        SHOP, "npm", new SealedSecret(sealed.key(), Base64.getEncoder().encodeToString(bytes)));
    assertRefused(SHOP, "npm", new SealedSecret(sealed.key(), "AAAA"));
    assertRefused(SHOP, "npm", new SealedSecret(sealed.key(), "no base64!"));
  }

  private void assertRefused(Scope scope, String identifier, SealedSecret sealed) {
    assertThatThrownBy(() -> keys.open(scope, identifier, sealed))
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessageContaining("was changed, or was stored for another secret");
  }

  @Test
  void theFirstKeySealsAndAllOpenUntilTheyAreTakenAway() throws Exception {
    SealedSecret before = keys.seal(SHOP, "npm", "value");
    Files.writeString(directory.resolve("keys"), NEW + "\n" + OLD + "\n");
    SealedSecret after = keys.seal(SHOP, "npm", "value");
    assertThat(after.key()).isNotEqualTo(before.key()).isEqualTo(keys.current());
    assertThat(keys.open(SHOP, "npm", before)).isEqualTo("value");
    assertThat(keys.open(SHOP, "npm", after)).isEqualTo("value");

    Files.writeString(directory.resolve("keys"), NEW + "\n");
    assertThatThrownBy(() -> keys.open(SHOP, "npm", before))
        .hasMessageContaining("key " + before.key() + " is not here");
  }

  @Test
  void keysThatCannotBeUsedAreToldWithoutThem() throws Exception {
    Files.writeString(directory.resolve("keys"), "c2hvcnQ=\n");
    assertThatThrownBy(() -> keys.seal(SHOP, "npm", "v"))
        .hasMessageContaining("expected: 32 random bytes in base64")
        .hasMessageNotContaining("c2hvcnQ");
    assertThatThrownBy(() -> SecretKeys.none().seal(SHOP, "npm", "v"))
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessageContaining("there is no key for stored secrets");
    assertThat(new SecretKeys(null, Map.of(SecretKeys.VARIABLE, NEW + "," + OLD)).current())
        .isEqualTo(new SecretKeys(null, Map.of(SecretKeys.VARIABLE, NEW)).current());
  }

  @Test
  void whatIsStoredComesBeforeFilesAndEachProjectHasItsOwn() throws Exception {
    Map<String, SealedSecret> stored = new HashMap<>();
    stored.put("acme/shop:npm", keys.seal(SHOP, "npm", "the shop's"));
    stored.put("acme:npm", keys.seal(new Scope("acme", ""), "npm", "acme's"));
    stored.put(":door", keys.seal(Scope.ACCOUNT, "door", "everybody's"));
    Files.writeString(directory.resolve("npm"), "the file's\n");
    SecretSource source =
        new SecretSource(
            directory,
            Map.of(),
            (scope, id) -> Optional.ofNullable(stored.get(scope + ":" + id)),
            keys);

    assertThat(source.resolve(SecretRef.within(SHOP, "npm"))).isEqualTo("the shop's");
    assertThat(source.resolve(SecretRef.within(SHOP, "org.npm"))).isEqualTo("acme's");
    assertThat(source.resolve(SecretRef.within(SHOP, "account.door"))).isEqualTo("everybody's");
    Scope other = new Scope("acme", "other");
    assertThat(source.resolve(SecretRef.within(other, "npm"))).isEqualTo("the file's");
    assertThatThrownBy(() -> source.resolve(SecretRef.within(other, "door")))
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessageContaining("it is not stored");
  }

  /** The variable of the keys must not be one that a secret could be named after. */
  @Test
  void noSecretNamesTheKeys() {
    SecretSource source =
        new SecretSource(directory.resolve("none"), Map.of(SecretKeys.VARIABLE, NEW));
    for (String name : new String[] {"keys", "KEYS", "encryption_keys", "Keys"}) {
      assertThatThrownBy(() -> source.resolve(new SecretRef(name)))
          .isInstanceOf(SecretUnavailableException.class);
    }
  }

  @Test
  void noNameReachesAnotherProject() {
    Scope other = new Scope("acme", "other");
    for (String name : new String[] {"npm@acme/shop", "account.npm@acme/shop", "org.npm@acme"}) {
      assertThatThrownBy(() -> SecretRef.within(other, name))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> SecretRef.within(Scope.ACCOUNT, name))
          .isInstanceOf(IllegalArgumentException.class);
    }
    String yaml =
        """
        connector:
          identifier: hub
          type: DockerRegistry
          spec:
            dockerRegistryUrl: https://registry.example.com
            auth: {type: UsernamePassword, spec: {username: ann, passwordRef: npm@acme/shop}}
        """;
    assertThat(ConnectorDocument.read(yaml, other).connector()).isNull();
    assertThat(ConnectorDocument.read(yaml, other).problems())
        .anySatisfy(problem -> assertThat(problem.path()).endsWith("passwordRef"));
  }
}
