# Writes the stage presets of share/models as a C source of the build tree and adds it to the model
# layer. A preset that changes makes the next build configure again.
set(TENURE_PRESETS clm6 clm5 aida_plus reach5 shop5)

function(tenure_embed_presets target)
    set(arrays "")
    set(rows "")
    set(names "")
    foreach(name ${TENURE_PRESETS})
        set(path ${CMAKE_SOURCE_DIR}/share/models/${name}.yaml)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
        file(READ ${path} hex HEX)
        string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
        string(APPEND arrays "static const unsigned char ${name}[] = {${bytes}};\n")
        string(APPEND rows
            "    {\"${name}\", \"share/models/${name}.yaml\", ${name}, sizeof ${name}},\n")
        string(APPEND names "    \"${name}\",\n")
    endforeach()
    set(source ${CMAKE_BINARY_DIR}/generated/preset_data.c)
    file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
"/* Made from share/models by tools/cmake/TenureEmbed.cmake. */
#include \"model/preset.h\"

@arrays@
const tn_preset tn_presets[] = {
@rows@};
const char *const tn_preset_names[] = {
@names@};
const size_t tn_preset_count = sizeof tn_presets / sizeof tn_presets[0];
")
    target_sources(${target} PRIVATE ${source})
endfunction()

if(TARGET layer_model)
    tenure_embed_presets(layer_model)
endif()
