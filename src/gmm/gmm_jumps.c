/* Where motions jump with the rake, the dip or the depth of a rupture. */
#include "gmm/gmm.h"

static const kr_jump all[] = {
    {KR_COL_RAKE, -150.0},     {KR_COL_RAKE, -147.0},     {KR_COL_RAKE, -135.0},
    {KR_COL_RAKE, -120.0},     {KR_COL_RAKE, -112.5},     {KR_COL_RAKE, -67.5},
    {KR_COL_RAKE, -60.0},      {KR_COL_RAKE, -45.0},      {KR_COL_RAKE, -33.0},
    {KR_COL_RAKE, -30.0},      {KR_COL_RAKE, 22.5},       {KR_COL_RAKE, 30.0},
    {KR_COL_RAKE, 33.0},       {KR_COL_RAKE, 45.0},       {KR_COL_RAKE, 66.0},
    {KR_COL_RAKE, 67.0},       {KR_COL_RAKE, 123.0},      {KR_COL_RAKE, 135.0},
    {KR_COL_RAKE, 150.0},      {KR_COL_RAKE, 157.5},      {KR_COL_DIP, 45.0},
    {KR_COL_DIP, 70.0},        {KR_COL_HYPO_DEPTH, 10.0}, {KR_COL_HYPO_DEPTH, 20.0},
    {KR_COL_HYPO_DEPTH, 30.0}, {KR_COL_HYPO_DEPTH, 35.0}, {KR_COL_HYPO_DEPTH, 50.0},
    {KR_COL_HYPO_DEPTH, 80.0}, {KR_COL_HYPO_DEPTH, 100.0}};

static const kr_jump by_30_150[] = {
    {KR_COL_RAKE, -150.0}, {KR_COL_RAKE, -30.0}, {KR_COL_RAKE, 30.0}, {KR_COL_RAKE, 150.0}};

static const kr_jump by_30_60[] = {
    {KR_COL_RAKE, -120.0}, {KR_COL_RAKE, -60.0}, {KR_COL_RAKE, 30.0}, {KR_COL_RAKE, 150.0}};

const kr_jumps kr_gmm_jumps_all = {sizeof all / sizeof *all, all};
const kr_jumps kr_gmm_jumps_30_150 = {sizeof by_30_150 / sizeof *by_30_150, by_30_150};
const kr_jumps kr_gmm_jumps_30_60 = {sizeof by_30_60 / sizeof *by_30_60, by_30_60};

bool kr_gmm_jumps_at(const kr_gmm *gmm, const kr_jump *where)
{
    const kr_jumps *jumps = gmm->cls->jumps ? gmm->cls->jumps : &kr_gmm_jumps_all;

    for (size_t i = 0; i < jumps->n; i++)
        if (jumps->of[i].column == where->column && jumps->of[i].at == where->at)
            return (gmm->needs >> where->column & 1) != 0;
    return false;
}
