package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MasksTest {
  private static final String MASK = "**************";
  private final Masks masks = new Masks();

  @ParameterizedTest
  @CsvSource({
    "hunter22 and hunter22,M and M",
    "xhunter22y,xMy",
    "hunter2,hunter2",
    "aHVudGVyMjI=,M",
    "aHVudGVyMjIK.,M.",
    "key aHVudGVyMjI= end,key M end"
  })
  void aSecretIsHiddenWholeAndInBase64(String text, String hidden) {
    masks.add("hunter22");
    assertThat(masks.hide(text)).isEqualTo(hidden.replace("M", MASK));
  }

  @Test
  void eachLineOfASecretCountsAndShortOnesDoNot() {
    masks.add("-----BEGIN KEY-----\n  MIIEpAIB\nabc\n-----END KEY-----\n");
    assertThat(masks.hide("MIIEpAIB")).isEqualTo(MASK);
    assertThat(masks.hide("abc -----END KEY-----")).isEqualTo("abc " + MASK);
  }

  @Test
  void theLongerOfTwoSecretsGoesFirst() {
    masks.add("pass");
    masks.add("passphrase");
    assertThat(masks.hide("passphrase pass")).isEqualTo(MASK + " " + MASK);
  }

  @Test
  void noSecretIsLeftAndNothingElseIsTouched() {
    Random random = new Random(7);
    for (int i = 0; i < 2_000; i++) {
      Masks fresh = new Masks();
      String secret = text(random, 4 + random.nextInt(30));
      fresh.add(secret);
      String before = text(random, random.nextInt(20));
      String base64 = Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8));
      assertThat(fresh.hide(before + secret)).doesNotContain(secret).endsWith(MASK);
      assertThat(fresh.hide(base64)).isEqualTo(secret.length() < 6 ? fresh.hide(base64) : MASK);
      if (!before.contains(secret)) {
        assertThat(fresh.hide(before)).isEqualTo(before);
      }
    }
  }

  private static String text(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) ('!' + random.nextInt(90)));
    }
    return text.toString();
  }
}
