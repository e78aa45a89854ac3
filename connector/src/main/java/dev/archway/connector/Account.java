package dev.archway.connector;

import dev.archway.contract.connector.SecretRef;
import dev.archway.pipeline.ProblemCode;
import org.jspecify.annotations.Nullable;

/** Whom a connector speaks as; both null means nobody in particular. */
record Account(@Nullable String username, @Nullable SecretRef password) {
  static final Account ANONYMOUS = new Account(null, null);

  /** {@code auth} of a DockerRegistry connector. */
  static Account ofRegistry(Section spec) {
    if (!spec.has("auth")) {
      return ANONYMOUS;
    }
    Section auth = spec.section("auth");
    String type = auth.required("type");
    return switch (type == null ? "" : type) {
      case "", "Anonymous" -> ANONYMOUS;
      case "UsernamePassword" -> credentials(auth.section("spec"), "passwordRef");
      default -> notSupported(auth, type, "Anonymous or UsernamePassword");
    };
  }

  /** {@code type} and {@code spec} of a Git connector. Without credentials it is anonymous. */
  static Account ofGit(Section spec) {
    String type = spec.text("type");
    if (type != null && !type.equals("Http")) {
      return notSupported(spec, type, "Http");
    }
    return spec.has("spec") ? credentials(spec.section("spec"), "passwordRef") : ANONYMOUS;
  }

  /** {@code authentication} of a Github, Gitlab or Bitbucket connector. */
  static Account ofProvider(Section spec) {
    if (!spec.has("authentication")) {
      return ANONYMOUS;
    }
    Section authentication = spec.section("authentication");
    String type = authentication.text("type");
    if (type != null && !type.equals("Http")) {
      return notSupported(authentication, type, "Http");
    }
    Section http = authentication.section("spec");
    String kind = http.required("type");
    return switch (kind == null ? "" : kind) {
      case "", "Anonymous" -> ANONYMOUS;
      case "UsernameToken" -> credentials(http.section("spec"), "tokenRef");
      case "UsernamePassword" -> credentials(http.section("spec"), "passwordRef");
      default -> notSupported(http, kind, "Anonymous, UsernameToken or UsernamePassword");
    };
  }

  /** Speaking as nobody instead would fail later, and with a message about something else. */
  private static Account notSupported(Section section, @Nullable String type, String expected) {
    section.error(
        "type",
        ProblemCode.NOT_SUPPORTED,
        "authentication \"%s\" (expected: %s)".formatted(type, expected));
    return ANONYMOUS;
  }

  private static Account credentials(Section spec, String secretKey) {
    for (String plain : new String[] {"password", "token"}) {
      if (spec.has(plain)) {
        spec.error(
            plain,
            ProblemCode.NOT_SUPPORTED,
            "a secret's value stands in the file (expected: \"%s\" with the secret's name)"
                .formatted(secretKey));
      }
    }
    if (spec.has("usernameRef")) {
      spec.error(
          "usernameRef",
          ProblemCode.NOT_SUPPORTED,
          "\"usernameRef\" is not read (expected: \"username\")");
    }
    SecretRef secret = spec.secret(secretKey);
    String username = spec.text("username");
    if (username == null && secretKey.equals("passwordRef") && !spec.has("usernameRef")) {
      spec.missing("username");
    }
    return secret == null
        ? ANONYMOUS
        // Servers that take a token ignore the user name, but the protocol wants one.
        : new Account(username == null ? "token" : username, secret);
  }
}
