package dev.archway.gateway.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.event.GitEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SignatureTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final byte[] BODY = "Hello, World!".getBytes(StandardCharsets.UTF_8);
  private static final String SECRET = "It's a Secret to Everybody";

  /** GitHub docs, "Validating webhook deliveries", the example for testing. */
  private static final String GITHUB =
      "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

  private static Signature.Verdict check(GitEvent.Provider provider, String header, String value) {
    return Signature.check(provider, SECRET, new Call(Map.of(header, value), BODY), NOW);
  }

  @ParameterizedTest
  @CsvSource({
    "GITHUB,x-hub-signature-256,sha256=" + GITHUB,
    "BITBUCKET,x-hub-signature,sha256=" + GITHUB,
    "GITEA,x-gitea-signature," + GITHUB
  })
  void whoSignedTheBodyIsGenuine(GitEvent.Provider provider, String header, String value) {
    assertThat(check(provider, header, value)).isEqualTo(new Signature.Verdict.Genuine(GITHUB));
  }

  @ParameterizedTest
  @CsvSource({
    "GITHUB,x-hub-signature-256,sha256=" + GITHUB + "00",
    "GITHUB,x-hub-signature-256,sha256=857107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    "GITHUB,x-hub-signature-256," + GITHUB,
    "GITHUB,x-hub-signature-256,sha256=",
    "GITHUB,x-hub-signature-256,sha256=zz",
    "GITHUB,x-hub-signature,sha1=" + GITHUB,
    "GITHUB,x-gitea-signature," + GITHUB,
    "GITLAB,x-gitlab-token,it's a secret to everybody",
    "GITLAB,x-other,x",
    "GENERIC,x-archway-signature,sha256=" + GITHUB,
    "GENERIC,x-hub-signature-256,sha256=" + GITHUB
  })
  void anybodyElseIsRefused(GitEvent.Provider provider, String header, String value) {
    assertThat(check(provider, header, value)).isInstanceOf(Signature.Verdict.Refused.class);
  }

  @Test
  void gitlabShowsTheSecretItself() {
    assertThat(check(GitEvent.Provider.GITLAB, "x-gitlab-token", SECRET))
        .isEqualTo(new Signature.Verdict.Genuine(null));
  }

  @ParameterizedTest
  @CsvSource({"0,true", "-299,true", "299,true", "-301,false", "301,false"})
  void aGenericCallIsGoodForAWhileOnly(long seconds, boolean good) {
    long time = NOW.getEpochSecond() + seconds;
    String mac =
        HexFormat.of()
            .formatHex(
                Signature.hmac(SECRET, (time + ".Hello, World!").getBytes(StandardCharsets.UTF_8)));
    assertThat(
            check(
                    GitEvent.Provider.GENERIC,
                    "x-archway-signature",
                    "t=%d,v1=%s".formatted(time, mac))
                instanceof Signature.Verdict.Genuine)
        .isEqualTo(good);
  }
}
