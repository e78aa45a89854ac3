package dev.archway.contract.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.json.JsonMapper;

/** The only JSON mapper for what crosses a process border or is stored. */
public final class ContractMapper {
  /** What an older sender did not know of, it had none of. */
  private static final JsonSetter.Value ABSENT_IS_EMPTY =
      JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY);

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .changeDefaultPropertyInclusion(i -> i.withValueInclusion(JsonInclude.Include.NON_NULL))
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .withConfigOverride(List.class, c -> c.setNullHandling(ABSENT_IS_EMPTY))
          .withConfigOverride(Set.class, c -> c.setNullHandling(ABSENT_IS_EMPTY))
          .withConfigOverride(Map.class, c -> c.setNullHandling(ABSENT_IS_EMPTY))
          .build();

  private ContractMapper() {}

  /**
   * The shared mapper; immutable and thread-safe. Instants and durations are ISO-8601 text, null
   * fields are left out; absent collections are empty, absent numbers 0.
   */
  public static JsonMapper json() {
    return MAPPER;
  }
}
