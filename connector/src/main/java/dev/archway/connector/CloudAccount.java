package dev.archway.connector;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.pipeline.ProblemCode;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads connectors to clouds (Harness pages "AWS connector settings reference", "Google Cloud
 * Platform connector settings reference" and "Add a Microsoft Azure connector").
 */
final class CloudAccount {
  private CloudAccount() {}

  static @Nullable Connector aws(String ref, Section spec) {
    Section credential = credential(spec);
    if (credential.has("crossAccountAccess")) {
      credential.error(
          "crossAccountAccess",
          ProblemCode.NOT_SUPPORTED,
          "another role is not assumed (expected: an access key of the account itself)");
    }
    Section key = credential.section("spec");
    if (key.has("accessKeyRef")) {
      key.error(
          "accessKeyRef",
          ProblemCode.NOT_SUPPORTED,
          "\"accessKeyRef\" is not read (expected: \"accessKey\" with the key's id)");
      return null;
    }
    String accessKey = key.required("accessKey");
    SecretRef secret = secret(key, "secretKeyRef", "secretKey");
    URI endpoint = url(spec, "ecrEndpoint");
    URI registry = url(spec, "ecrRegistryUrl");
    return accessKey == null || secret == null
        ? null
        : new Connector.Aws(ref, accessKey, secret, endpoint, registry);
  }

  static @Nullable Connector gcp(String ref, Section spec) {
    SecretRef key = secret(credential(spec).section("spec"), "secretKeyRef", "secretKey");
    URI storage = url(spec, "storageEndpoint");
    return key == null ? null : new Connector.Gcp(ref, key, storage);
  }

  static @Nullable Connector azure(String ref, Section spec) {
    Section principal = credential(spec).section("spec");
    String client = principal.required("applicationId");
    Section auth = principal.section("auth");
    String type = auth.required("type");
    if (type != null && !type.equals("Secret")) {
      auth.error(
          "type",
          ProblemCode.NOT_SUPPORTED,
          "authentication \"%s\" (expected: Secret)".formatted(type));
      return null;
    }
    SecretRef secret = secret(auth.section("spec"), "secretRef", "secret");
    return client == null || secret == null ? null : new Connector.Azure(ref, client, secret);
  }

  /** Other kinds borrow the identity of the machine that Harness's delegate runs on. */
  private static Section credential(Section spec) {
    Section credential = spec.section("credential");
    String type = credential.required("type");
    if (type != null && !type.equals("ManualConfig")) {
      credential.error(
          "type",
          ProblemCode.NOT_SUPPORTED,
          "credential \"%s\" (expected: ManualConfig)".formatted(type));
    }
    return credential;
  }

  private static @Nullable SecretRef secret(Section section, String key, String plain) {
    if (section.has(plain)) {
      section.error(
          plain,
          ProblemCode.NOT_SUPPORTED,
          "a secret's value stands in the file (expected: \"%s\" with the secret's name)"
              .formatted(key));
    }
    return section.secret(key);
  }

  private static @Nullable URI url(Section spec, String key) {
    String written = spec.text(key);
    if (written == null) {
      return null;
    }
    try {
      URI url = URI.create(written);
      if (url.getHost() != null
          && url.getUserInfo() == null
          && Set.of("http", "https").contains(url.getScheme())) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    spec.error(
        key,
        ProblemCode.BAD_VALUE,
        "\"%s\" (expected: an http or https URL without an account)".formatted(written));
    return null;
  }
}
