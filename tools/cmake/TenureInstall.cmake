# cmake --install: headers, libtenure with its pkg-config file, the programs, models and manual pages.
include(GNUInstallDirs)
install(TARGETS tenure_lib tenure_shared
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS tenure RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/tenure DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/share/models DESTINATION ${CMAKE_INSTALL_DATADIR}/tenure)
if(EXISTS ${CMAKE_SOURCE_DIR}/docs/man)
    install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
        FILES_MATCHING PATTERN "*.1")
endif()

set(TENURE_REQUIRES_PRIVATE "libxxhash yaml-0.1")
if(TENURE_JEMALLOC)
    string(APPEND TENURE_REQUIRES_PRIVATE " jemalloc")
endif()
configure_file(${CMAKE_SOURCE_DIR}/tools/cmake/tenure.pc.in ${CMAKE_BINARY_DIR}/tenure.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/tenure.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
