// Sums of parts in a fixed order, so that no result depends on which block was first: rows of a run are added one after another,
// and a launch over the sums adds those.
#pragma once
#include "machine.cuh"

#define PARTS_OF_RUN 32

// A grid of [columns / BLOCK, rows / PARTS_OF_RUN].
struct SumCall
{
    long long rows, columns;
    const float* parts; // [rows, columns]
    float* sums;        // [rows / PARTS_OF_RUN, columns]
};

KERNEL(sum_parts, SumCall)
{
    long long column = (long long)BLOCK_X * BLOCK + THREAD, first = (long long)BLOCK_Y * PARTS_OF_RUN;
    if (column >= call.columns) return;
    float sum = 0.0f;
    for (long long row = first; row < first + PARTS_OF_RUN && row < call.rows; row++)
        sum += call.parts[row * call.columns + column];
    call.sums[BLOCK_Y * call.columns + column] = sum;
}
