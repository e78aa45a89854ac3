/** What a step's test reports say. */
@NullMarked
package dev.archway.contract.report;

import org.jspecify.annotations.NullMarked;
