/* Changes of faults by logic trees: figures of the reference, what is not supported, what is
 * shared. */
#include "model/fault_text.h"
#include "model/source_change.h"

#define PLANES       FT_PLANAR("-1", "0") FT_PLANAR("0", "1")
#define DOC(sources) NT_HEAD NT_GROUP sources NT_TAIL

enum { SIMPLE, COMPLEX, OF_SIMPLE, OF_COMPLEX, OF_PLANES, OF_KITE, KITE, COUNT };

typedef struct setting {
    char *dir;
    kr_ctx *ctx;
    kr_model *model;
    const kr_source *source[COUNT];
} setting;

static void read(setting *t, const char *distribution)
{
    kr_job job = ft_job();
    char *text = nt_replace(DOC(FT_SIMPLE FT_COMPLEX FT_CHARACTERISTIC(FT_SIMPLE_GEOMETRY)
                                    FT_CHARACTERISTIC(FT_COMPLEX_GEOMETRY) FT_CHARACTERISTIC(PLANES)
                                        FT_CHARACTERISTIC(FT_KITE) FT_KITE_SOURCE(FT_KITE)),
                            NULL, NULL);
    for (int i = 0; distribution && i < COUNT - 1; i++) { /* all but the kite's */
        char *next = nt_replace(text, FT_GR, distribution);
        free(text);
        text = next;
    }
    kr_model_destroy(&t->model);
    kt_ok(t->ctx, nt_read(t->ctx, &job, t->dir, text, &t->model));
    free(text);
    for (int i = 0; i < COUNT; i++)
        t->source[i] = t->model->files[0].groups[0].sources[i];
}

static void begin(setting *t)
{
    memset(t, 0, sizeof *t);
    t->dir = kt_dir_create();
    t->ctx = kt_ctx();
    read(t, NULL);
}

static void end(setting *t)
{
    kr_model_destroy(&t->model);
    kt_ctx_end(&t->ctx);
    kt_dir_remove(&t->dir);
}

static kr_change change_of(kr_change_type type, const double *numbers)
{
    return (kr_change){.type = type, .numbers = numbers, .n = 1, .file = "tree.xml", .line = 12};
}

static const kr_source *change(setting *t, const kr_source *from, const kr_change *c)
{
    const kr_source *out = NULL;
    kt_ok(t->ctx, kr_source_change(t->ctx, &t->model->arena, from, c, &out));
    assert_ptr_not_equal(out, from);
    assert_false(kr_hash_equal(out->digest, from->digest));
    return out;
}

static const kr_source *change_to(setting *t, const kr_source *from, kr_change_type type,
                                  double number)
{
    kr_change c = change_of(type, &number);
    return change(t, from, &c);
}

static const kr_source *set_msr(setting *t, const kr_source *from, const char *name)
{
    kr_change c = change_of(KR_CHANGE_MSR, NULL);
    c.msr = name;
    c.n = 0;
    return change(t, from, &c);
}

static void test_dip_and_depth(void **state)
{
    (void)state;
    setting t;
    begin(&t);
    const kr_source *from = t.source[SIMPLE];
    const kr_source *to = change_to(&t, from, KR_CHANGE_DIP_RELATIVE, -15);
    kt_same(to->geometries->dip, 45);
    kt_same(from->geometries->dip, 60); /* the original stays */
    assert_ptr_equal(to->geometries->lines, from->geometries->lines);
    assert_ptr_equal(to->mfds, from->mfds);
    to = change_to(&t, to, KR_CHANGE_LOWER_DEPTH, 17);
    kt_same(to->geometries->dip, 45); /* changes stack */
    kt_same(to->geometries->lower_km, 17);
    kt_close(change_to(&t, to, KR_CHANGE_RECOMPUTE_MMAX, 0)->mfds->max_mag, 6.947118090638086,
             1e-12, 0);
    assert_true(kr_hash_equal(
        change_to(&t, change_to(&t, to, KR_CHANGE_DIP_ABSOLUTE, 60), KR_CHANGE_LOWER_DEPTH, 12.5)
            ->digest,
        from->digest)); /* there and back again */
    end(&t);
}

/* Greatest magnitudes of the reference for relationships and numbers of standard deviations. */
static void test_max_mag(void **state)
{
    (void)state;
    static const struct {
        const char *msr;
        double epsilon, max_mag;
    } rows[] = {
        {"WC1994", 0, 6.728618924101286},
        {"WC1994", 1, 6.978618924101286},
        {"WC1994", -2, 6.228618924101286},
        {"Leonard2014_SCR", 1, 6.855132137890318},
        {"StrasserInterface", 1, 6.981701788655208},
        {"ThingbaijamInterface", -2, 5.9772730641626115},
        {"AllenHayesInterfaceBilinear", 1, 7.05709191630354},
    };
    setting t;
    begin(&t);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const kr_source *from = t.source[SIMPLE];
        if (strcmp(rows[i].msr, "WC1994") != 0)
            from = set_msr(&t, from, rows[i].msr);
        assert_string_equal(from->msr.name, rows[i].msr);
        const kr_source *to = change_to(&t, from, KR_CHANGE_RECOMPUTE_MMAX, rows[i].epsilon);
        kt_close(to->mfds->max_mag, rows[i].max_mag, 1e-12, 0);
        kt_same(to->mfds->a, 4);
    }
    end(&t);
}

/* Other distributions have no greatest magnitude to set. */
static void test_max_mag_of_incremental(void **state)
{
    (void)state;
    setting t;
    const double epsilon = 1;
    const kr_source *out = NULL;
    const kr_change c = change_of(KR_CHANGE_RECOMPUTE_MMAX, &epsilon);

    begin(&t);
    read(&t, "<incrementalMFD minMag='6' binWidth='0.1'><occurRates>0.1 0.2</occurRates>"
             "</incrementalMFD>\n");
    kt_ok(t.ctx, kr_source_change(t.ctx, &t.model->arena, t.source[SIMPLE], &c, &out));
    assert_true(kr_hash_equal(out->digest, t.source[SIMPLE]->digest));
    end(&t);
}

/* `a` values of the reference from slip rates, on areas of all kinds of surfaces. */
static void test_slip(void **state)
{
    (void)state;
    static const double changed[] = {3.7963733318364525, 4.658551445557367, 3.828537084364472,
                                     4.658649641647399,  4.810039159271929, 4.318575710859117},
                        written[] = {3.6391633621885835, 4.5013414759094985, 3.671327114716603,
                                     4.50143967199953,   4.652829189624059,  4.161365741211249};
    setting t;
    kr_change c = change_of(KR_CHANGE_GR_FROM_SLIP, NULL);

    begin(&t);
    c.slip_rate = 3;
    c.rigidity = 32;
    c.moment_constant = 9.05;
    for (int i = SIMPLE; i < KITE; i++) {
        const kr_source *to = change(&t, t.source[i], &c);
        kt_close(to->mfds->a, changed[i], 1e-11, 0);
        kt_same(to->mfds->b, 1);
        kt_same(to->mfds->max_mag, 7);
    }
    read(&t, "<truncGutenbergRichterMFD slipRate='2.5' rigidity='30' bValue='1' minMag='5.5' "
             "maxMag='7'/>\n");
    for (int i = SIMPLE; i < KITE; i++) {
        kt_close(t.source[i]->mfds->a, written[i], 1e-11, 0);
        assert_true(isnan(t.source[i]->mfds->slip_rate_mm));
    }
    end(&t);
}

static void test_geometry(void **state)
{
    (void)state;
    setting t;
    begin(&t);
    kr_geometry parts[2] = {t.source[OF_PLANES]->geometries[0], t.source[SIMPLE]->geometries[0]};
    kr_change c = change_of(KR_CHANGE_CHARACTERISTIC_GEOMETRY, NULL);
    c.geometries = parts;
    c.ngeometries = 2;
    const kr_source *to = change(&t, t.source[OF_COMPLEX], &c);
    assert_int_equal(to->ngeometries, 2);
    assert_ptr_equal(to->geometries, parts);
    c.type = KR_CHANGE_SIMPLE_GEOMETRY;
    c.geometries = &parts[1];
    c.ngeometries = 1;
    parts[1].spacing_km = 1;
    kr_geometry_hash(&parts[1]);
    to = change(&t, t.source[SIMPLE], &c);
    kt_same(to->geometries->spacing_km, 1);
    end(&t);
}

static void fails(setting *t, int source, kr_change_type type, double number, const char *says)
{
    const kr_source *out = NULL;
    kr_change c = change_of(type, &number);
    c.msr = "PeerMSR";
    c.geometries = t->source[SIMPLE]->geometries;
    c.ngeometries = 1;
    c.slip_rate = 1;
    c.rigidity = 30;
    c.moment_constant = 9.1;
    kt_fails(t->ctx, kr_source_change(t->ctx, &t->model->arena, t->source[source], &c, &out),
             KR_EINPUT, says);
}

/* Less than a bin is left: the reference rounds to bins and is content with one. */
static void test_max_mag_within_a_bin(void **state)
{
    (void)state;
    setting t;
    begin(&t);
    kr_source from = *t.source[SIMPLE];
    kr_mfd mfd = from.mfds[0];
    mfd.bin_width = 0.4;
    mfd.min_mag = 6.45; /* one bin: from 6.4 to 6.8 */
    from.mfds = &mfd;
    t.source[SIMPLE] = &from;
    const kr_source *to = change_to(&t, &from, KR_CHANGE_RECOMPUTE_MMAX, 0);
    kt_close(to->mfds->max_mag, 6.728618924101286, 1e-12, 0);
    assert_true(kr_mfd_has_bins(to->mfds));
    fails(&t, SIMPLE, KR_CHANGE_RECOMPUTE_MMAX, -4, "tree.xml:12: maximum magnitude 5.72862");
    end(&t);
}

static void test_wrong(void **state)
{
    (void)state;
    setting t;
    begin(&t);
    fails(&t, SIMPLE, KR_CHANGE_DIP_RELATIVE, 40, "tree.xml:12: simpleFaultGeometry: the dip must");
    fails(&t, SIMPLE, KR_CHANGE_DIP_ABSOLUTE, 0, "tree.xml:12: simpleFaultGeometry: the dip must");
    fails(&t, SIMPLE, KR_CHANGE_LOWER_DEPTH, 1, "tree.xml:12: simpleFaultGeometry: the lower");
    fails(&t, SIMPLE, KR_CHANGE_RECOMPUTE_MMAX, -9, "tree.xml:12: maximum magnitude 4.47862");
    fails(&t, SIMPLE, KR_CHANGE_COMPLEX_GEOMETRY, 0,
          "tree.xml:12: complexFaultGeometryAbsolute: modification set_geometry is not supported "
          "by SimpleFaultSource of simpleFaultSource 's'; leave the source out");
    t.source[SIMPLE] = set_msr(&t, t.source[SIMPLE], "PeerMSR");
    fails(&t, SIMPLE, KR_CHANGE_RECOMPUTE_MMAX, 0,
          "tree.xml:12: recomputeMmax: PeerMSR of simpleFaultSource 's' gives areas of magnitudes");
    for (int i = COMPLEX; i < COUNT; i++) {
        fails(&t, i, KR_CHANGE_DIP_RELATIVE, 1, "modification adjust_dip is not supported by");
        fails(&t, i, KR_CHANGE_DIP_ABSOLUTE, 1, "modification set_dip is not supported by");
        fails(&t, i, KR_CHANGE_MSR, 1, "modification set_msr is not supported by");
        fails(&t, i, KR_CHANGE_RECOMPUTE_MMAX, 1, "modification recompute_mmax is not supported");
        fails(&t, i, KR_CHANGE_LOWER_DEPTH, 15, "set_lower_seismogenic_depth is not supported");
        fails(&t, i, KR_CHANGE_SIMPLE_GEOMETRY, 1, "set_geometry is not supported");
    }
    fails(&t, KITE, KR_CHANGE_GR_FROM_SLIP, 1, "by KiteFaultSource of kiteFaultSource 'k'");
    fails(&t, KITE, KR_CHANGE_CHARACTERISTIC_GEOMETRY, 1, "set_geometry is not supported by Kite");
    read(&t, "<incrementalMFD minMag='6' binWidth='0.1'><occurRates>0.1</occurRates>"
             "</incrementalMFD>\n");
    fails(&t, SIMPLE, KR_CHANGE_GR_FROM_SLIP, 0,
          "tree.xml:12: truncatedGRFromSlipAbsolute: the distribution of simpleFaultSource 's' is "
          "no truncGutenbergRichterMFD");
    end(&t);
}

static kr_status scenario(kr_ctx *ctx, void *path)
{
    static const kr_change_type types[] = {KR_CHANGE_GR_FROM_SLIP, KR_CHANGE_DIP_RELATIVE,
                                           KR_CHANGE_RECOMPUTE_MMAX};
    const double number = 1;
    kr_job job = ft_job();
    kr_model *model = NULL;
    size_t index = 0;
    kr_status s = kr_model_create(ctx, &model);

    if (s == KR_OK)
        s = kr_model_read(ctx, model, &job, path, &index);
    for (int i = SIMPLE; s == KR_OK && i < KITE; i++) {
        const kr_source *source = model->files[0].groups[0].sources[i];
        for (size_t k = 0; s == KR_OK && k < (i == SIMPLE ? 3 : 1); k++) {
            kr_change c = change_of(types[k], &number);
            c.slip_rate = c.rigidity = 3;
            c.moment_constant = 9.1;
            s = kr_source_change(ctx, &model->arena, source, &c, &source);
        }
    }
    kr_model_destroy(&model);
    return s;
}

/* Reading and changing end properly wherever memory runs out. */
static void test_failing_memory(void **state)
{
    (void)state;
    setting t;
    begin(&t);
    char *path = strdup(kt_path(t.dir, "model.xml"));
    assert_true(kt_fail_each_allocation(scenario, path) > 20);
    free(path);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dip_and_depth),
        cmocka_unit_test(test_max_mag),
        cmocka_unit_test(test_max_mag_within_a_bin),
        cmocka_unit_test(test_max_mag_of_incremental),
        cmocka_unit_test(test_slip),
        cmocka_unit_test(test_geometry),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_failing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
