package dev.archway.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TracesTest {
  private static final String PLACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private final List<SpanData> spans = new CopyOnWriteArrayList<>();
  private final Traces traces =
      new Traces(
          OpenTelemetrySdk.builder()
              .setTracerProvider(
                  SdkTracerProvider.builder()
                      .addSpanProcessor(SimpleSpanProcessor.create(new Kept(spans)))
                      .build())
              .build());

  private record Kept(List<SpanData> spans) implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> exported) {
      spans.addAll(exported);
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }

  @Test
  void workBelongsToThePlaceThatCameWithIt() {
    @Nullable String[] seen = new String[1];

    traces.within(
        "image.verify", PLACE, Map.of("digest", "sha256:1"), () -> seen[0] = TraceParent.current());

    assertThat(spans)
        .singleElement()
        .satisfies(span -> {
          assertThat(span.getTraceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
          assertThat(span.getParentSpanId()).isEqualTo("b7ad6b7169203331");
          assertThat(seen[0])
              .isEqualTo("00-%s-%s-01".formatted(span.getTraceId(), span.getSpanId()));
        });
    assertThat(TraceParent.current()).isNull();
  }

  @Test
  void workWithoutAPlaceOrWithNonsenseBeginsATrace() {
    traces.within("a", null, Map.of(), () -> {});
    traces.within("b", "00-nonsense", Map.of(), () -> {});

    assertThat(spans)
        .extracting(SpanData::getParentSpanId)
        .containsExactly("0000000000000000", "0000000000000000");
  }

  @Test
  void failureIsTold() {
    assertThatThrownBy(() ->
            traces.within(
                "a",
                PLACE,
                Map.of(),
                () -> {
                  throw new IllegalStateException("no");
                }))
        .hasMessage("no");

    assertThat(spans)
        .singleElement()
        .satisfies(span -> assertThat(span.getStatus()).isEqualTo(StatusData.error()));
  }

  @Test
  void aSpanThatEndsLaterHasTheTimesItIsGiven() {
    Instant start = Instant.parse("2026-01-01T00:00:00Z");

    Span span = traces.begin("stage", PLACE, Map.of(), start);
    span.end(start.plusSeconds(3600));

    assertThat(spans)
        .singleElement()
        .satisfies(s -> {
          assertThat(s.getStartEpochNanos()).isEqualTo(start.getEpochSecond() * 1_000_000_000);
          assertThat(s.getEndEpochNanos() - s.getStartEpochNanos())
              .isEqualTo(3600 * 1_000_000_000L);
        });
  }
}
